import { adminResetPassword } from './admin-reset-password.command.js';
import { adminResetTotp } from './admin-reset-totp.command.js';
import type { Command } from './command.js';
import { rotateSecret } from './rotate-secret.command.js';
import { verifyLog } from './verify-log.command.js';

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [adminResetPassword, adminResetTotp, rotateSecret, verifyLog];
