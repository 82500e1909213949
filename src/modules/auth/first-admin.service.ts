import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Config, ConfigError } from '../../kernel/config/config.js';
import { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { UserService } from '../users/user.service.js';
import { RegistrationService } from './registration.service.js';

/** Makes the first platform admin, when there is none. */
@Injectable()
export class FirstAdmin {
  constructor(
    private readonly users: UserService,
    private readonly registration: RegistrationService,
    private readonly units: UnitOfWork,
    private readonly config: Config,
  ) {}

  /**
   * Creates the admin of `ADMIN_EMAIL` with `ADMIN_PASSWORD`, or with a generated password, which is
   * returned to be shown this once. Null when there is an admin already.
   * @throws ConfigError when `ADMIN_PASSWORD` is no password an account may have
   */
  async ensure(): Promise<{ email: string; generatedPassword: string | null } | null> {
    const ctx = RequestContext.system('start-up', newId('req'));
    if (await this.users.adminExists(ctx)) return null;
    const generated = this.config.adminPassword === null ? randomBytes(18).toString('base64url') : null;
    const email = this.config.adminEmail.toLowerCase();
    const input = {
      email,
      password: this.config.adminPassword ?? generated!,
      first_name: 'Platform',
      name: 'Admin',
    };
    try {
      await this.units.run(ctx, { events: ['user.created'] }, () =>
        this.registration.create(ctx, input, { status: 'activated', platform_role: 'admin' }),
      );
    } catch (error) {
      // Of instances that start together, one makes the admin.
      if (error instanceof AppError && error.code === 'email_taken') return null;
      if (error instanceof AppError && error.code === 'validation_failed') throw configError(error);
      throw error;
    }
    return { email, generatedPassword: generated };
  }
}

function configError({ details }: AppError): ConfigError {
  const errors = (details?.errors ?? []) as { message: string }[];
  return new ConfigError(errors.map(({ message }) => `ADMIN_PASSWORD: ${message}`));
}
