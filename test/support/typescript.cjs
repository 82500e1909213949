/* eslint-disable @typescript-eslint/no-require-imports -- what is preloaded runs before ES modules can */
// `node --require` this to run the sources as they are, compiled as the tests compile them.
const { existsSync } = require('node:fs');
const Module = require('node:module');
const { dirname, join } = require('node:path');
const { transformFileSync } = require('@swc/core');

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

Module._extensions['.ts'] = (module, filename) => {
  const { code } = transformFileSync(filename, { module: { type: 'commonjs' }, sourceMaps: 'inline' });
  module._compile(code, filename);
};
