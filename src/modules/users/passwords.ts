import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { invalidField } from '../../kernel/errors/app-error.js';
import { COMMON_PASSWORDS } from './common-passwords.js';

/** Argon2id with 19 MiB, 2 passes, 1 lane: OWASP's recommended minimum. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const AT_ONCE = 4;

/** Hashes and checks passwords, at most four at a time so that sign-ins cannot take all memory. */
@Injectable()
export class Passwords {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  /** A hash nobody's password has: checking against it takes as long as against a real one. */
  private readonly decoy = this.inTurn(() => hash('no account has this password', ARGON2));

  hash(password: string): Promise<string> {
    return this.inTurn(() => hash(normalized(password), ARGON2));
  }

  /** Whether `password` fits `stored`; null, for an account that does not exist, takes the same time. */
  async matches(stored: string | null, password: string): Promise<boolean> {
    const against = stored ?? (await this.decoy);
    // Passwords set before they were normalized fit as they were typed then, composed or decomposed.
    const forms = new Set([
      normalized(password),
      password,
      password.normalize('NFC'),
      password.normalize('NFD'),
    ]);
    for (const form of forms) {
      if (await this.inTurn(() => verify(against, form))) return stored !== null;
    }
    return false;
  }

  /**
   * Checks a new password's length and that it is not among the common ones; no composition rules
   * (NIST SP 800-63B, 5.1.1.2).
   * @throws AppError `validation_failed`
   */
  check(password: string, param = 'password'): void {
    const length = [...normalized(password)].length;
    if (length < 12 || length > 128) {
      throw invalidField(
        param,
        'must have 12 to 128 characters',
        'Choose a password of 12 to 128 characters.',
      );
    }
    if (COMMON_PASSWORDS.has(normalized(password).toLowerCase())) {
      throw invalidField(param, 'is one of the most common passwords', 'Choose one that others do not use.');
    }
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= AT_ONCE) await new Promise<void>(resolve => this.waiting.push(resolve));
    else this.running++;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }
}

/** The form passwords are compared in, however a keyboard composes their characters (NIST SP 800-63B, 5.1.1.2: NFKC). */
function normalized(password: string): string {
  return password.normalize('NFKC');
}
