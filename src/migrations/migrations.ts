import type { MigrationInterface } from 'typeorm';
import { Foundations1763700001000 } from './1763700001000-foundations.js';
import { OutboxAndNotifications1763700002000 } from './1763700002000-outbox-and-notifications.js';
import { EventChains1763700002100 } from './1763700002100-event-chains.js';
import { Invitations1763700003000 } from './1763700003000-invitations.js';
import { SignIns1763700003010 } from './1763700003010-sign-ins.js';
import { NotificationSearch1763700003020 } from './1763700003020-notification-search.js';
import { FormerMembers1763700004000 } from './1763700004000-former-members.js';
import { CustomRolesAndVisibility1763700005000 } from './1763700005000-custom-roles-and-visibility.js';
import { Usage1763700006000 } from './1763700006000-usage.js';
import { AlertThresholds1763700007000 } from './1763700007000-alert-thresholds.js';
import { Inviters1764200000100 } from './1764200000100-inviters.js';
import { SuspendedBy1764200000200 } from './1764200000200-suspended-by.js';
import { FreedAddresses1764200000300 } from './1764200000300-freed-addresses.js';
import { DeletedOrganizations1764200000400 } from './1764200000400-deleted-organizations.js';
import { UnloggedRequests1764300000000 } from './1764300000000-unlogged-requests.js';
import { ListOrder1764400000000 } from './1764400000000-list-order.js';
import { BlindSearch1764500000100 } from './1764500000100-blind-search.js';
import { Notices1764550000000 } from './1764550000000-notices.js';
import { Checkpoints1764560000000 } from './1764560000000-checkpoints.js';
import { EventAudiences1764570000000 } from './1764570000000-event-audiences.js';
import { Media1764600000100 } from './1764600000100-media.js';
import { Webhooks1764700000100 } from './1764700000100-webhooks.js';
import { Environments1764800000100 } from './1764800000100-environments.js';
import { Retention1764800000200 } from './1764800000200-retention.js';
import { Customers1764900000100 } from './1764900000100-customers.js';
import { Ledger1764900000110 } from './1764900000110-ledger.js';
import { SlotsAndEntitlements1764900000120 } from './1764900000120-slots-and-entitlements.js';
import { EmailChanges1765000000100 } from './1765000000100-email-changes.js';
import { Totp1765000000200 } from './1765000000200-totp.js';
import { Reports1765100000100 } from './1765100000100-reports.js';
import { KeyListsAndLimits1765200000200 } from './1765200000200-key-lists-and-limits.js';
import { QuotaHolders1765200000201 } from './1765200000201-quota-holders.js';
import { KeyExpiryNotices1765200000202 } from './1765200000202-key-expiry-notices.js';
import { Installation1765200000400 } from './1765200000400-installation.js';
import { JobProcesses1765200000500 } from './1765200000500-job-processes.js';
import { ProjectKeyLifetimes1765300000100 } from './1765300000100-project-key-lifetimes.js';

/** Every change of the schema, oldest first. */
export const MIGRATIONS: (new () => MigrationInterface)[] = [
  Foundations1763700001000,
  OutboxAndNotifications1763700002000,
  EventChains1763700002100,
  Invitations1763700003000,
  SignIns1763700003010,
  NotificationSearch1763700003020,
  FormerMembers1763700004000,
  CustomRolesAndVisibility1763700005000,
  Usage1763700006000,
  AlertThresholds1763700007000,
  Inviters1764200000100,
  SuspendedBy1764200000200,
  FreedAddresses1764200000300,
  DeletedOrganizations1764200000400,
  UnloggedRequests1764300000000,
  ListOrder1764400000000,
  BlindSearch1764500000100,
  Notices1764550000000,
  Checkpoints1764560000000,
  EventAudiences1764570000000,
  Media1764600000100,
  Webhooks1764700000100,
  Environments1764800000100,
  Retention1764800000200,
  Customers1764900000100,
  Ledger1764900000110,
  SlotsAndEntitlements1764900000120,
  EmailChanges1765000000100,
  Totp1765000000200,
  Reports1765100000100,
  KeyListsAndLimits1765200000200,
  QuotaHolders1765200000201,
  KeyExpiryNotices1765200000202,
  Installation1765200000400,
  JobProcesses1765200000500,
  ProjectKeyLifetimes1765300000100,
];
