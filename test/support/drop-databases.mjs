import { createConnection } from 'mysql2/promise';

/** Drops the databases of a run that its tests did not drop themselves; Jest calls it once for all lanes. */
export default async function dropDatabases(_globalConfig, { globals }) {
  const connection = await createConnection({ uri: globals.LANE.mysqlUrl });
  try {
    const [rows] = await connection.query('SELECT schema_name AS name FROM information_schema.schemata');
    const left = rows.map(row => row.name).filter(name => name.startsWith(`bw_test_${globals.LANE.run}_`));
    for (const name of left) await connection.query(`DROP DATABASE IF EXISTS \`${name}\``);
  } finally {
    await connection.end();
  }
}
