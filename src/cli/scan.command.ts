import { createReadStream } from 'node:fs';
import { findKeys } from '../modules/api-keys/key-scan.js';
import { previewOf } from '../modules/api-keys/key-secret.js';
import { ApiClient } from './api-client.js';
import { type Command, EXIT, type Given, UsageError } from './command.js';
import { LiveKeys, type Standing } from './live-keys.js';

export const scan: Command = {
  name: 'scan',
  summary: "Finds this platform's API keys in files, by their form and checksum, without a server.",
  details:
    'Says file, line and preview, never the secret. With --url it asks that server which are live. ' +
    'Exit code 1: keys were found. With --json, each is a line of JSON, and the last line counts them.',
  options: {
    url: { value: 'https://…', what: 'The server to ask which keys are live.' },
    auth: {
      value: 'credentials',
      what: 'For --url: api-key:<secret> of a key with api_keys:verify, or the token of a session of a platform admin. Default: the variable BAILIWICK_AUTH.',
    },
    revoke: {
      what: 'With --url: revoke the live ones. Those that the credentials may not revoke are reported.',
    },
  },
  operands: '<file>… (- for standard input)',
  async run(given, terminal) {
    const files = given.operands;
    if (files.length === 0) throw new UsageError('Name files to scan, or - for standard input.', scan);
    const live = liveKeysOf(given);
    let findings = 0;
    const unread: string[] = [];
    for (const file of files) {
      try {
        for await (const { line, secret } of findKeys(bytesOf(file))) {
          const standing = (await live?.standing(secret)) ?? null;
          findings++;
          const preview = previewOf(secret);
          terminal.item(`${file}:${line}: ${preview}${described(standing)}`, {
            file,
            line,
            preview,
            ...standing,
          });
        }
      } catch (error) {
        const { code, path } = error as NodeJS.ErrnoException;
        // Anything but a file that cannot be read ends the scan.
        if (code === undefined || (path === undefined && code !== 'EISDIR')) throw error;
        unread.push(`${file} (${code})`);
      }
    }
    const text = [
      findings ? `${findings} ${findings === 1 ? 'key' : 'keys'} found.` : 'No keys found.',
      ...(live?.counts.failed ? [`${live.counts.failed} could not be revoked.`] : []),
      ...(unread.length ? [`Could not be read: ${unread.join(', ')}.`] : []),
    ].join(' ');
    const exit = unread.length || live?.counts.failed ? EXIT.failed : findings ? EXIT.found : EXIT.done;
    return { exit, text, json: { findings, ...live?.counts, unread } };
  },
};

function liveKeysOf({ values, switches }: Given): LiveKeys | null {
  const { url, auth = process.env.BAILIWICK_AUTH } = values;
  const revoke = switches.has('revoke');
  if (url === undefined) {
    if (revoke || values.auth !== undefined) throw new UsageError('--auth and --revoke take --url.', scan);
    return null;
  }
  if (!auth) throw new UsageError('--url takes --auth, or the variable BAILIWICK_AUTH.', scan);
  return new LiveKeys(new ApiClient(url, auth), revoke);
}

function bytesOf(file: string): AsyncIterable<Buffer> {
  return file === '-' ? process.stdin : createReadStream(file);
}

function described(standing: Standing | null): string {
  if (!standing) return '';
  const { code, key_id, project_id, revoked, error } = standing;
  const which = key_id ? ` (${key_id} of ${project_id})` : '';
  return ` ${revoked ? 'live, now revoked' : code}${which}${error ? `, not revoked: ${error}` : ''}`;
}
