import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UsageModule } from '../usage/usage.module.js';
import { OrganizationMemberEntity } from './organization-member.entity.js';
import { OrganizationController } from './organization.controller.js';
import { OrganizationEntity } from './organization.entity.js';
import { OrganizationFacet } from './organization.facet.js';
import { OrganizationRepository } from './organization.repository.js';
import { OrganizationService } from './organization.service.js';
import { OrganizationRequestsController } from './organization-requests.controller.js';
import { OrganizationRequests } from './organization-requests.service.js';
import { OrganizationUsage } from './organization-usage.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([OrganizationEntity, OrganizationMemberEntity]), UsageModule],
  controllers: [OrganizationController, OrganizationRequestsController],
  providers: [
    OrganizationRepository,
    OrganizationService,
    OrganizationUsage,
    OrganizationRequests,
    OrganizationFacet,
  ],
  exports: [OrganizationService],
})
export class OrganizationsModule {}
