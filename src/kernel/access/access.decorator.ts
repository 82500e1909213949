import { SetMetadata } from '@nestjs/common';
import type { Permission } from './permissions.js';

/**
 * Who may call a handler:
 * - `public`: anybody; credentials are not looked at
 * - `optional`: anybody; credentials that are sent must be good, and the service decides what they change
 * - `session`: any signed-in person
 * - `key`: any API key
 * - `any`: a session or a key
 * - `admin`: platform admins
 * - a permission: whoever holds it in the project of the path's `:id` (a key: in its own project),
 *   and platform admins
 * - `member`: whoever is active in the project of the path's `:id`, whatever the role; the service
 *   decides the rest
 */
export type AccessRule = 'public' | 'optional' | 'session' | 'key' | 'any' | 'admin' | 'member' | Permission;

export const ACCESS = 'bailiwick:access';
export const BEFORE_PASSWORD_CHANGE = 'bailiwick:before-password-change';

/** Declares who may call a handler. Every handler carries exactly one; start-up fails otherwise. */
export const Access = (rule: AccessRule) => SetMetadata(ACCESS, rule);

/** Shorthand for `@Access('public')`. */
export const Public = () => Access('public');

/** Shorthand for `@Access('admin')`. */
export const PlatformAdmin = () => Access('admin');

export const BEFORE_TOTP_SETUP = 'bailiwick:before-totp-setup';

/** Open to an admin who must set up two-factor sign-in first, as is whatever is open before a change of the password. */
export const BeforeTotpSetup = () => SetMetadata(BEFORE_TOTP_SETUP, true);

/** Open to somebody who must change the password first; every other handler refuses such a session. */
export const BeforePasswordChange = () => SetMetadata(BEFORE_PASSWORD_CHANGE, true);
