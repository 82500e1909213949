import { Webhook } from 'standardwebhooks';
import { newWebhookSecret, signedHeaders, webhookPreview } from './signature.js';

const message = { id: 'evt_1', at: new Date(), body: '{"type":"project.created","name":"Zoë 🗝️"}' };

it('signs what the published library verifies, with every secret', () => {
  const [old, current] = [newWebhookSecret(), newWebhookSecret()];
  const headers = signedHeaders(message, [current, old]);
  for (const secret of [old, current])
    expect(new Webhook(secret).verify(message.body, headers)).toEqual(JSON.parse(message.body));
  expect(() => new Webhook(newWebhookSecret()).verify(message.body, headers)).toThrow(
    'No matching signature',
  );
  expect(() => new Webhook(current).verify(`${message.body} `, headers)).toThrow('No matching signature');
});

it('makes secrets of 256 bits, of which lists show the end', () => {
  const secret = newWebhookSecret();
  expect(Buffer.from(secret.replace('whsec_', ''), 'base64')).toHaveLength(32);
  expect(webhookPreview(secret)).toBe(`whsec_…${secret.slice(-5, -1)}`);
});
