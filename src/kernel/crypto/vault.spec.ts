import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Vault } from './vault.js';

const SECRET = 'a secret of the tests, long enough';
const vault = new Vault(SECRET);

describe('sealing', () => {
  it.each(['', 'whsec_abc', 'Zoë 🗝️', 'x'.repeat(100_000)])('gives back %.20j', plain => {
    expect(vault.unseal('webhook', vault.seal('webhook', plain))).toBe(plain);
  });

  it('never makes the same text twice', () => {
    expect(vault.seal('mail', 'same')).not.toBe(vault.seal('mail', 'same'));
  });

  it('opens for the same purpose and under the same secret only', () => {
    const sealed = vault.seal('mail', 'token');
    expect(new Vault(SECRET).unseal('mail', sealed)).toBe('token');
    expect(() => vault.unseal('webhook', sealed)).toThrow();
    expect(() => new Vault(`${SECRET}!`).unseal('mail', sealed)).toThrow();
  });

  it.each(['token', ''])('notices every altered byte and every cut of %j sealed', plain => {
    const bytes = Buffer.from(vault.seal('mail', plain), 'base64url');
    for (let index = 0; index < bytes.length; index++) {
      const altered = Buffer.from(bytes);
      altered[index]! ^= 1;
      expect(() => vault.unseal('mail', altered.toString('base64url'))).toThrow();
    }
    for (let length = 0; length < bytes.length; length++) {
      expect(() => vault.unseal('mail', bytes.subarray(0, length).toString('base64url'))).toThrow();
    }
  });
});

describe('signing', () => {
  it('accepts its own signature and no other', () => {
    const signature = vault.sign('url', 'text');
    expect(vault.verify('url', 'text', signature)).toBe(true);
    expect(vault.verify('url', 'text!', signature)).toBe(false);
    expect(vault.verify('cursor', 'text', signature)).toBe(false);
    expect(vault.verify('url', 'text', signature.slice(1))).toBe(false);
    expect(vault.verify('url', 'text', '')).toBe(false);
  });
});

describe('while the secret is being changed', () => {
  const next = new Vault(`${SECRET}!`, SECRET);

  it('takes what the former one sealed and signed, and seals and signs with the new one', () => {
    expect(next.unseal('mail', vault.seal('mail', 'token'))).toBe('token');
    expect(next.verify('url', 'text', vault.sign('url', 'text'))).toBe(true);
    expect(next.verify('url', 'text', new Vault('x'.repeat(32)).sign('url', 'text'))).toBe(false);
    const alone = new Vault(`${SECRET}!`);
    expect(alone.unseal('mail', next.seal('mail', 'token'))).toBe('token');
    expect(alone.verify('url', 'text', next.sign('url', 'text'))).toBe(true);
  });

  it('seals anew what needs it, and nothing else', () => {
    const resealed = next.reseal('mail', vault.seal('mail', 'token'))!;
    expect(new Vault(`${SECRET}!`).unseal('mail', resealed)).toBe('token');
    expect(next.reseal('mail', resealed)).toBeNull();
    expect(() => next.reseal('mail', new Vault('x'.repeat(32)).seal('mail', 'token'))).toThrow();
  });

  it('tells the two apart by fingerprints', () => {
    expect(next.fingerprints.previous).toBe(vault.fingerprints.current);
    expect(next.fingerprints.current).toBe(new Vault(`${SECRET}!`).fingerprints.current);
    expect(next.fingerprints.current).not.toBe(next.fingerprints.previous);
    expect(vault.fingerprints.previous).toBeNull();
  });
});

describe('the generated secret', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bailiwick-vault-'));
    jest.spyOn(Logger.prototype, 'log').mockReturnValue();
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
    jest.restoreAllMocks();
  });

  it('is made once, said so, and readable by the owner only', () => {
    const config = Config.from({ DATA_DIR: join(folder, 'data') });
    const sealed = Vault.open(config).seal('mail', 'token');
    expect(Vault.open(config).unseal('mail', sealed)).toBe('token');
    expect(Logger.prototype.log).toHaveBeenCalledTimes(1);
    const file = join(folder, 'data', 'app-secret');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(Buffer.from(readFileSync(file, 'utf8').trim(), 'base64url')).toHaveLength(32);
  });

  it('is not made when APP_SECRET is set', () => {
    const sealed = Vault.open(Config.from({ DATA_DIR: folder, APP_SECRET: SECRET })).seal('mail', 'token');
    expect(vault.unseal('mail', sealed)).toBe('token');
    expect(Logger.prototype.log).not.toHaveBeenCalled();
  });
});
