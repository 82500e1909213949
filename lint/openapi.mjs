/*
 * Checks docs/openapi.json, or the file that is named, by the rules that the tools of the field recommend: Spectral's
 * `oas` and Redocly's `recommended`. Prints every finding; any of them fails.
 */
import { readFile } from 'node:fs/promises';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import spectral from '@stoplight/spectral-core';
import rulesets from '@stoplight/spectral-rulesets';

const SEVERITIES = ['error', 'warning', 'information', 'hint'];

const file = process.argv[2] ?? 'docs/openapi.json';
const source = await readFile(file, 'utf8');

async function bySpectral() {
  const linter = new spectral.Spectral();
  linter.setRuleset({ extends: [[rulesets.oas, 'recommended']] });
  const found = await linter.run(JSON.parse(source));
  return found.map(({ code, severity, message, path }) => [
    SEVERITIES[severity],
    code,
    path.join('.'),
    message,
  ]);
}

async function byRedocly() {
  // Nobody has been given a licence to the API, so the document names none.
  const config = await createConfig({ extends: ['recommended'], rules: { 'info-license': 'off' } });
  const found = await lintFromString({ source, absoluteRef: file, config });
  return found.map(({ ruleId, severity, message, location }) => [
    severity,
    ruleId,
    location[0]?.pointer ?? '',
    message,
  ]);
}

const findings = [...(await bySpectral()), ...(await byRedocly())];
for (const finding of findings) process.stdout.write(`${finding.join('  ')}\n`);
process.stdout.write(`${file}: ${findings.length} findings\n`);
process.exitCode = findings.length ? 1 : 0;
