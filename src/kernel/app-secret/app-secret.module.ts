import { Module, type OnModuleInit } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AppSecretRepository } from './app-secret.repository.js';
import { AppSecret } from './app-secret.service.js';
import { InstallationFactEntity } from './installation-fact.entity.js';

/** Refuses to start on data that was written with another `APP_SECRET`, and lets the secret be changed. */
@Module({
  imports: [TypeOrmModule.forFeature([InstallationFactEntity])],
  providers: [AppSecretRepository, AppSecret],
})
export class AppSecretModule implements OnModuleInit {
  constructor(private readonly secret: AppSecret) {}

  /** Before any module begins its work, which starts at `onApplicationBootstrap`. */
  onModuleInit(): Promise<void> {
    return this.secret.check();
  }
}
