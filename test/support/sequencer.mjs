import Sequencer from '@jest/test-sequencer';

/**
 * Jest's own order, longest first as the last run measured, so that no worker is left alone with a long file in the
 * end. Jest by itself keeps one time for each path, in a file named by the project's id; the lanes share both, so most
 * times would be lost.
 */
export default class LaneSequencer extends Sequencer {
  cacheResults(tests, results) {
    for (const lane of new Set(tests.map(({ context }) => laneOf(context.config)))) {
      super.cacheResults(
        tests.filter(({ context }) => laneOf(context.config) === lane),
        { ...results, testResults: results.testResults.filter(result => laneOf(result) === lane) },
      );
    }
  }

  _getCachePath(context) {
    return `${super._getCachePath(context)}-${laneOf(context.config)}`;
  }
}

const laneOf = ({ displayName }) => displayName.name;
