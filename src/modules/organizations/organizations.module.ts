import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { OrganizationMemberEntity } from './organization-member.entity.js';
import { OrganizationController } from './organization.controller.js';
import { OrganizationEntity } from './organization.entity.js';
import { OrganizationFacet } from './organization.facet.js';
import { OrganizationRepository } from './organization.repository.js';
import { OrganizationService } from './organization.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([OrganizationEntity, OrganizationMemberEntity])],
  controllers: [OrganizationController],
  providers: [OrganizationRepository, OrganizationService, OrganizationFacet],
  exports: [OrganizationService],
})
export class OrganizationsModule {}
