#!/usr/bin/env node
import { COMMANDS } from './cli/commands.js';
import { runCommandLine } from './cli/run.js';

void runCommandLine(COMMANDS, process.argv.slice(2)).then(code => (process.exitCode = code));
