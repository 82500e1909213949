/* eslint-disable @typescript-eslint/no-require-imports -- what is preloaded runs before ES modules can */
// `node --require` this to run the sources as they are, compiled as the tests compile them.
const { createHash } = require('node:crypto');
const { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { dirname, join } = require('node:path');

// Compiling takes a fifth of a start, and the tests start some hundred processes.
const CACHE = join(__dirname, '../../node_modules/.cache/bailiwick');
const resolve = Module._resolveFilename;

Module._resolveFilename = function (request, parent, ...rest) {
  if (request.startsWith('.') && request.endsWith('.js') && parent?.filename?.endsWith('.ts')) {
    // What is imported as it was built is taken from the sources, too.
    const path = request.replace(/^\.\/dist\//, './src/').replace(/\.js$/, '.ts');
    const source = join(dirname(parent.filename), path);
    if (existsSync(source)) return source;
  }
  return resolve.call(this, request, parent, ...rest);
};

Module._extensions['.ts'] = (module, filename) => module._compile(compiled(filename), filename);

function compiled(filename) {
  const source = readFileSync(filename);
  const cached = join(CACHE, createHash('sha256').update(filename).update(source).digest('base64url'));
  if (existsSync(cached)) return readFileSync(cached, 'utf8');
  const { code } = require('@swc/core').transformFileSync(filename, { module: { type: 'commonjs' } });
  mkdirSync(CACHE, { recursive: true });
  // Others may read it, or write the same.
  writeFileSync(`${cached}.${process.pid}`, code);
  renameSync(`${cached}.${process.pid}`, cached);
  return code;
}
