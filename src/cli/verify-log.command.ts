import { checkExportedLog } from '../modules/audit/exported-log.js';
import { type Command, EXIT } from './command.js';

export const verifyLog: Command = {
  name: 'verify-log',
  summary: 'Checks an exported event log against checkpoints that were kept.',
  details: 'Needs no server and no database. Exit code 1: the log is not what it was.',
  options: {
    events: { value: 'events.jsonl', what: 'The exported entries.', required: true },
    checkpoints: { value: 'checkpoints.json', what: 'Checkpoints that you kept.', required: true },
    keys: { value: 'jwks.json', what: 'The public keys that signed them.', required: true },
  },
  async run({ values }) {
    const { events, checkpoints, keys } = values;
    const { checked, firstBad, unsigned } = await checkExportedLog({
      events: events!,
      checkpoints: checkpoints!,
      keys: keys!,
    });
    const json = { valid: firstBad === null, checked, first_bad: firstBad };
    if (firstBad === null)
      return { exit: EXIT.done, text: `The log is what it was: ${checked} entries checked.`, json };
    const { sequence, id, reason } = firstBad;
    const text = unsigned
      ? `${reason}: sequence ${sequence}, a checkpoint that none of the keys signed as it is.`
      : `${reason}: sequence ${sequence}${id ? `, entry ${id}` : ''}. ${checked} entries before it are good.`;
    return { exit: EXIT.found, text, json };
  },
};
