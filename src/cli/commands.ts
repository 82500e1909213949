import { adminCreate } from './admin-create.command.js';
import { adminResetPassword } from './admin-reset-password.command.js';
import { adminResetTotp } from './admin-reset-totp.command.js';
import { backup } from './backup.command.js';
import { backupCheck } from './backup-check.command.js';
import { check } from './check.command.js';
import type { Command } from './command.js';
import { copy } from './copy.command.js';
import { mailTest } from './mail-test.command.js';
import { migrate } from './migrate.command.js';
import { restore } from './restore.command.js';
import { rotateSecret } from './rotate-secret.command.js';
import { scan } from './scan.command.js';
import { verifyLog } from './verify-log.command.js';

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  check,
  migrate,
  backup,
  backupCheck,
  restore,
  copy,
  rotateSecret,
  adminCreate,
  adminResetPassword,
  adminResetTotp,
  mailTest,
  scan,
  verifyLog,
];
