#!/usr/bin/env node
import { COMMANDS } from './cli/commands.js';
import { runCommandLine } from './cli/run.js';

// A connection that could not be used may still be open.
void runCommandLine(COMMANDS, process.argv.slice(2)).then(code => process.exit(code));
