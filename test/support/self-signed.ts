import { generate } from 'selfsigned';

/** A key and a certificate for `localhost` that nobody has reason to trust. */
export async function selfSigned(): Promise<{ key: string; cert: string }> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
  });
  return { key, cert };
}
