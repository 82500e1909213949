import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Passwords } from './passwords.js';
import { SessionEntity } from './session.entity.js';
import { SessionFacet } from './session.facet.js';
import { SessionRepository } from './session.repository.js';
import { SessionService } from './session.service.js';
import { UserController } from './user.controller.js';
import { UserEntity } from './user.entity.js';
import { UserFacet } from './user.facet.js';
import { UserRepository } from './user.repository.js';
import { UserService } from './user.service.js';
import { UserTokenEntity } from './user-token.entity.js';
import { UserTokenRepository } from './user-token.repository.js';

@Module({
  imports: [TypeOrmModule.forFeature([UserEntity, SessionEntity, UserTokenEntity])],
  controllers: [UserController],
  providers: [
    UserRepository,
    UserTokenRepository,
    SessionRepository,
    Passwords,
    UserService,
    SessionService,
    UserFacet,
    SessionFacet,
  ],
  exports: [UserService, SessionService],
})
export class UsersModule {}
