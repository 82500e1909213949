import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Config } from './config.js';
import { Vault } from './vault.js';

/** The configuration and the secret derived from it, for every module. */
@Global()
@Module({})
export class ConfigModule {
  static forRoot(config: Config): DynamicModule {
    return {
      module: ConfigModule,
      providers: [
        { provide: Config, useValue: config },
        { provide: Vault, useFactory: () => Vault.open(config) },
      ],
      exports: [Config, Vault],
    };
  }
}
