import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { MemberEntity } from './member.entity.js';
import { MemberRepository } from './member.repository.js';
import { MemberService } from './member.service.js';
import { TeamFacet } from './team.facet.js';

@Module({
  imports: [TypeOrmModule.forFeature([MemberEntity])],
  providers: [MemberRepository, MemberService, TeamFacet],
  exports: [MemberService],
})
export class TeamsModule {}
