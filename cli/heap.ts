import { setFlagsFromString } from "node:v8";

/**
 * Loading a program leaves more garbage than serving does. V8 would let the young part of its heap grow by that, and keeps it
 * for good: 8 MB. So it starts small, and grows only when requests want it to.
 */
export const holdYoungHeap = (): void => setFlagsFromString("--semi-space-growth-factor=1");
export const releaseYoungHeap = (): void => setFlagsFromString("--semi-space-growth-factor=2");
