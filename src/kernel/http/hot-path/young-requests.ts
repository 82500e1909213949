import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the garbage of requests cheap. By default V8 allocates at once in its old space whatever was made where objects
 * have lived long before. A while of slow requests teaches it that of requests and answers, for good: from then on each
 * drags all it refers to into the old space, so that a scavenge takes 7 ms instead of 2. To be called before the first
 * request, for the whole process.
 */
export function keepRequestsYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
