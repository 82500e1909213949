import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { AppError, invalidField } from '../../kernel/errors/app-error.js';
import { COMMON_PASSWORDS } from './common-passwords.js';

/** Argon2id with 19 MiB, 2 passes, 1 lane: OWASP's recommended minimum. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const AT_ONCE = 4;
/** How many may wait for a turn: about two seconds' worth on a small machine. */
const WAITING_AT_MOST = 100;

const STAYS = () => false;

interface Turn {
  begin(): void;
  refuse(error: AppError): void;
  readonly hasLeft: () => boolean;
}

/** Whose a new password is to be. */
export interface PasswordOwner {
  readonly email: string;
  readonly first_name: string;
  readonly name: string;
}

/**
 * Hashes and checks passwords, at most four at a time so that sign-ins cannot take all memory. A bounded number may
 * wait; beyond it, everything here throws AppError `server_busy`. Who has left is not waited for.
 */
@Injectable()
export class Passwords {
  private running = 0;
  private waiting: Turn[] = [];
  /** A hash nobody's password has: checking against it takes as long as against a real one. */
  private readonly decoy = this.inTurn(() => hash('no account has this password', ARGON2));

  /** Hashes a password. `hasLeft` tells whether whoever asks is gone. */
  hash(password: string, hasLeft = STAYS): Promise<string> {
    return this.inTurn(() => hash(normalized(password), ARGON2), hasLeft);
  }

  /**
   * Whether `password` fits `stored`; null, for an account that does not exist, takes the same time. `hasLeft` tells
   * whether whoever asks is gone.
   */
  async matches(stored: string | null, password: string, hasLeft = STAYS): Promise<boolean> {
    const against = stored ?? (await this.decoy);
    // Passwords set before they were normalized fit as they were typed then, composed or decomposed.
    const forms = new Set([
      normalized(password),
      password,
      password.normalize('NFC'),
      password.normalize('NFD'),
    ]);
    for (const form of forms) {
      if (await this.inTurn(() => verify(against, form), hasLeft)) return stored !== null;
    }
    return false;
  }

  /**
   * Checks a new password's length, that it is not among the common ones, and not what everybody knows of its owner;
   * no composition rules (NIST SP 800-63B, 5.1.1.2).
   * @throws AppError `validation_failed`
   */
  check(password: string, owner: PasswordOwner, param = 'password'): void {
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
    if (knownOf(owner).has(plain(password))) {
      throw invalidField(
        param,
        'is your e-mail address or your name',
        'Choose one that others cannot guess.',
      );
    }
  }

  private async inTurn<T>(work: () => Promise<T>, hasLeft = STAYS): Promise<T> {
    if (this.running >= AT_ONCE) await this.queue(hasLeft);
    else this.running++;
    try {
      return await work();
    } finally {
      this.next();
    }
  }

  private queue(hasLeft: () => boolean): Promise<void> {
    if (this.waiting.length >= WAITING_AT_MOST) this.dropThoseWhoLeft();
    if (this.waiting.length >= WAITING_AT_MOST) return Promise.reject(busy());
    return new Promise((begin, refuse) => this.waiting.push({ begin, refuse, hasLeft }));
  }

  private dropThoseWhoLeft(): void {
    const left = this.waiting.filter(turn => turn.hasLeft());
    this.waiting = this.waiting.filter(turn => !left.includes(turn));
    for (const turn of left) turn.refuse(busy());
  }

  private next(): void {
    for (;;) {
      const turn = this.waiting.shift();
      if (!turn) return void this.running--;
      if (!turn.hasLeft()) return turn.begin();
      turn.refuse(busy());
    }
  }
}

function busy(): AppError {
  return new AppError('server_busy', { retryAfter: 2 });
}

/** The form passwords are compared in, however a keyboard composes their characters (NIST SP 800-63B, 5.1.1.2: NFKC). */
function normalized(password: string): string {
  return password.normalize('NFKC');
}

/** What of its owner a password must not be, however it is written. */
function knownOf({ email, first_name, name }: PasswordOwner): ReadonlySet<string> {
  const local = email.slice(0, email.lastIndexOf('@'));
  return new Set([email, local, first_name, name, `${first_name}${name}`, `${name}${first_name}`].map(plain));
}

/** Without case, spaces and compatibility forms. */
function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/g, '');
}
