import './role.events.js';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { HiddenFromRoles } from './hidden-from-roles.service.js';
import { RoleController } from './role.controller.js';
import { RoleEntity } from './role.entity.js';
import { RoleFacet } from './role.facet.js';
import { RoleRepository } from './role.repository.js';
import { RoleService } from './role.service.js';
import { RoleChanges } from './role-changes.service.js';
import { RoleConfiguration } from './role-configuration.js';
import { VisibilityRuleController } from './visibility-rule.controller.js';
import { VisibilityRuleEntity, VisibilityRuleRoleEntity } from './visibility-rule.entity.js';
import { VisibilityRuleFacet } from './visibility-rule.facet.js';
import { VisibilityRuleRepository } from './visibility-rule.repository.js';
import { VisibilityRules } from './visibility-rule.service.js';
import { VisibilityRuleConfiguration } from './visibility-rule-configuration.js';

/**
 * What members and keys of a project may do, and which attributes are hidden from them. A change acts on the next request;
 * nobody grants what they lack.
 */
@Module({
  imports: [TypeOrmModule.forFeature([RoleEntity, VisibilityRuleEntity, VisibilityRuleRoleEntity])],
  controllers: [RoleController, VisibilityRuleController],
  providers: [
    RoleRepository,
    RoleService,
    RoleChanges,
    RoleConfiguration,
    RoleFacet,
    VisibilityRuleRepository,
    VisibilityRules,
    VisibilityRuleConfiguration,
    VisibilityRuleFacet,
    HiddenFromRoles,
  ],
  exports: [RoleService, HiddenFromRoles],
})
export class RolesModule {}
