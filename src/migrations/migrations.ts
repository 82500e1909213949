import type { MigrationInterface } from 'typeorm';
import { OutboxAndNotifications1763700002000 } from './1763700002000-outbox-and-notifications.js';

/** Every change of the schema, oldest first. */
export const MIGRATIONS: (new () => MigrationInterface)[] = [OutboxAndNotifications1763700002000];
