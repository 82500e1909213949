import { Module } from '@nestjs/common';
import { ProjectsModule } from '../projects/projects.module.js';
import { OrganizationMove } from './organization-move.service.js';
import { OwnershipTransfer } from './ownership-transfer.service.js';
import { SettingsController } from './settings.controller.js';
import { SettingsService } from './settings.service.js';

/**
 * The hub of everything that can be changed about a project. Each action says what it would affect before it is confirmed.
 */
@Module({
  imports: [ProjectsModule],
  controllers: [SettingsController],
  providers: [SettingsService, OwnershipTransfer, OrganizationMove],
})
export class SettingsModule {}
