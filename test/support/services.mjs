import { Redis } from 'ioredis';
import { createConnection } from 'mysql2/promise';

const PROBE_MS = 2_000;

/** The servers the lanes run against; the tests make databases and keys of their own there. */
export const MYSQL_URL = process.env.TEST_MYSQL_URL || 'mysql://root@127.0.0.1:3306';
export const REDIS_URL = process.env.TEST_REDIS_URL || 'redis://127.0.0.1:6379';

/** Why MySQL or MariaDB cannot be used, or null when it can. */
export function probeMysql() {
  return reasonOf(async () => {
    const connection = await createConnection({ uri: MYSQL_URL, connectTimeout: PROBE_MS });
    await connection.end();
  });
}

/** Why Redis cannot be used, or null when it can. */
export function probeRedis() {
  return reasonOf(async () => {
    const redis = new Redis(REDIS_URL, {
      lazyConnect: true,
      retryStrategy: () => null,
      connectTimeout: PROBE_MS,
    });
    let reason;
    redis.on('error', error => (reason = error));
    try {
      await redis.connect();
      await redis.ping();
    } catch (error) {
      throw reason ?? error;
    } finally {
      redis.disconnect();
    }
  });
}

async function reasonOf(probe) {
  try {
    await probe();
    return null;
  } catch (error) {
    return error.message || error.code;
  }
}
