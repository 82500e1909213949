#!/usr/bin/env node
import { runCommandLine } from './cli/run.js';

// Loaded only here, so that a package that cannot be loaded is told of like everything else that is wrong.
const commands = import('./cli/commands.js').then(({ COMMANDS }) => COMMANDS);
// A connection that could not be used may still be open.
void runCommandLine(commands, process.argv.slice(2)).then(code => process.exit(code));
