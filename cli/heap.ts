import { setFlagsFromString } from "node:v8";

/**
 * Loading a program produces more garbage than serving does. V8 would grow its young generation for that, and never give
 * the 8 MB back. So we keep it small during the start, and let it grow only for requests.
 */
export const holdYoungHeap = (): void => setFlagsFromString("--semi-space-growth-factor=1");
export const releaseYoungHeap = (): void => setFlagsFromString("--semi-space-growth-factor=2");
