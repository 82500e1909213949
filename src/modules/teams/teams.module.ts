import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { RolesModule } from '../roles/roles.module.js';
import { MemberEntity } from './member.entity.js';
import { MemberRepository } from './member.repository.js';
import { MemberService } from './member.service.js';
import { TeamFacet } from './team.facet.js';

@Module({
  imports: [TypeOrmModule.forFeature([MemberEntity]), RolesModule],
  providers: [MemberRepository, MemberService, TeamFacet],
  exports: [MemberService],
})
export class TeamsModule {}
