import swc from '@swc/jest';

/**
 * @swc/jest, except that its cache key leaves the project's own configuration out: the lanes differ in
 * what they run against, never in how they compile, and so compile everything once instead of once each.
 */
export default {
  createTransformer(options) {
    const transformer = swc.createTransformer(options);
    return {
      ...transformer,
      getCacheKey: (source, path, context) =>
        transformer.getCacheKey(source, path, { ...context, configString: '' }),
    };
  },
};
