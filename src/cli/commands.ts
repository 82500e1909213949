import { adminResetPassword } from './admin-reset-password.command.js';
import { adminResetTotp } from './admin-reset-totp.command.js';
import { backup } from './backup.command.js';
import { backupCheck } from './backup-check.command.js';
import type { Command } from './command.js';
import { restore } from './restore.command.js';
import { rotateSecret } from './rotate-secret.command.js';
import { verifyLog } from './verify-log.command.js';

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  backup,
  backupCheck,
  restore,
  rotateSecret,
  adminResetPassword,
  adminResetTotp,
  verifyLog,
];
