import { Body, Catch } from '@nestjs/common';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { formPage, messagePage, type PageForm, SIGN_IN } from '../../kernel/pages/form-page.js';
import { PageController, ShowPage, SubmitPage } from '../../kernel/pages/page.decorator.js';
import { FormErrorFilter } from '../../kernel/pages/page-error.filter.js';
import { AcceptInvitation, DeclineInvitation, type Invitation } from './invitation.dto.js';
import { InvitationAnswers } from './invitation-answers.service.js';

/** What the link opens; whose invitation it is, only the token in the fragment knows. */
const ANSWER: PageForm = {
  title: 'You are invited',
  text: 'Accept to join, or decline. Either way, the link then stops working.',
  action: 'invitation',
  button: 'Accept',
  otherButton: { label: 'Decline', action: 'invitation/decline' },
};

/** What somebody without an account fills in to accept. */
function accountForm(known: { first_name?: unknown; name?: unknown }): PageForm {
  const text = { type: 'text', minLength: 1, maxLength: 100 } as const;
  return {
    title: 'Create your account',
    text: 'There is no account for your e-mail address yet. Say who you are and choose a password to join.',
    action: 'invitation',
    button: 'Create the account and join',
    fields: [
      {
        ...text,
        name: 'first_name',
        label: 'First name',
        autocomplete: 'given-name',
        value: asText(known.first_name),
      },
      { ...text, name: 'name', label: 'Name', autocomplete: 'family-name', value: asText(known.name) },
      {
        name: 'password',
        label: 'Password, 12 to 128 characters',
        type: 'password',
        autocomplete: 'new-password',
        minLength: 12,
        maxLength: 128,
      },
    ],
  };
}

@Catch()
class InvitationErrors extends FormErrorFilter {
  protected override readonly remedy = { text: 'Ask whoever invited you to send a new one.' };

  protected override form(posted: Record<string, unknown>): PageForm {
    return accountForm(posted);
  }
}

/** The pages behind the link of an invitation. Opening them consumes nothing; their forms do. */
@PageController('invitation', InvitationErrors)
export class InvitationPageController {
  constructor(private readonly answers: InvitationAnswers) {}

  @ShowPage()
  show() {
    return formPage(ANSWER);
  }

  @SubmitPage(['member.joined', 'organization.member_joined'])
  async accept(@Ctx() ctx: RequestContext, @Body({ schema: AcceptInvitation }) body: AcceptInvitation) {
    const person = body.password === undefined ? await this.answers.newPerson(ctx, body.token) : null;
    if (person) {
      ctx.audit.nothing();
      return formPage(accountForm(person), { token: body.token });
    }
    const { invitation } = await this.answers.acceptByToken(ctx, body);
    return messagePage(
      'You have joined',
      `You are now a member of ${placeOf(invitation)}. Sign in to begin.`,
      SIGN_IN,
    );
  }

  @SubmitPage(['invitation.declined', 'organization.invitation_declined'], 'decline')
  async decline(@Ctx() ctx: RequestContext, @Body({ schema: DeclineInvitation }) body: DeclineInvitation) {
    const invitation = await this.answers.declineByToken(ctx, body.token);
    return messagePage('You have declined', `You will not join ${placeOf(invitation)}.`);
  }
}

function placeOf({ project, organization }: Invitation): string {
  return project ? `the project ${project.name}` : `the organization ${organization!.name}`;
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
