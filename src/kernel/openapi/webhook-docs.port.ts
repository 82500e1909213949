/** What the document says of webhooks; the `webhooks` module answers it. */
export abstract class WebhookDocs {
  /** Schemas that the webhooks refer to, by the names of their components. */
  abstract schemas(): Record<string, object>;
  /** The `webhooks` object of OpenAPI 3.1: by event type, what is posted. */
  abstract webhooks(): Record<string, object>;
}
