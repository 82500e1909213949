import { readFileSync } from 'node:fs';

/** Settings that may stand in a file instead, named by the same variable with `_FILE`: as container platforms hand out secrets. */
export const SECRET_SETTINGS = [
  'APP_SECRET',
  'APP_SECRET_PREVIOUS',
  'DATABASE_URL',
  'REDIS_URL',
  'SMTP_URL',
  'ADMIN_PASSWORD',
  'AUDIT_SIGNING_KEY',
  'OIDC_CLIENT_SECRET',
  'S3_URL',
] as const;

type Settings = Readonly<Record<string, string | undefined>>;

/** The settings with what their files hold, without the line end; and everything that is wrong with those files. */
export function withSecretFiles(given: Settings): { settings: Settings; mistakes: string[] } {
  const settings = { ...given };
  const mistakes: string[] = [];
  for (const name of SECRET_SETTINGS) {
    const variable = `${name}_FILE`;
    const file = given[variable];
    if (file === undefined) continue;
    if (given[name] !== undefined) {
      mistakes.push(`${variable}: cannot be set together with ${name}`);
      continue;
    }
    try {
      const text = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
      if (text === '') mistakes.push(`${variable}: ${file} is empty`);
      else settings[name] = text;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
      mistakes.push(`${variable}: ${file} cannot be read (${code})`);
    }
  }
  return { settings, mistakes };
}
