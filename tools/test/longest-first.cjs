const { default: Sequencer } = require("@jest/test-sequencer");

/** Tests of the first ones mostly wait, for an engine or for Pulumi; those of the last ones compute and are short. */
const LONGEST_FIRST = ["stack", "engine", "twin", "host", "browser", "server", "unit"];

/**
 * Starts the files that take longest first, so that none of them is left alone at the end. How long each took Jest knows
 * from its last run. A fresh clone has had none: there it goes by suite, and within a suite by size.
 */
module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ context }) => LONGEST_FIRST.indexOf(context.config.displayName?.name);
    const sorted = super.sort(tests);
    if (sorted.some(({ duration }) => duration !== undefined)) return sorted;
    return sorted.sort((one, other) => rank(one) - rank(other));
  }
};
