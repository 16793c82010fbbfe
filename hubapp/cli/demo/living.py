"""How a hub of the demo lives besides talking and meeting, through the services that pages use."""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatchmethod
from uuid import UUID

from hubapp.cli.demo import deeds
from hubapp.cli.demo.content import Person
from hubapp.cli.demo.talking import Talking
from hubapp.community.broadcasts import services as broadcasts
from hubapp.community.broadcasts.policies import EVERYBODY
from hubapp.community.conversations import services as conversations
from hubapp.community.mentoring import services as mentoring
from hubapp.community.messages import queries as threads
from hubapp.community.messages import services as messages
from hubapp.community.moderation import queries as cases
from hubapp.community.moderation import services as moderation
from hubapp.kernel import clock
from hubapp.people.membership import invite_queries, tallies
from hubapp.people.membership import queries as members
from hubapp.people.membership import services as membership
from hubapp.people.membership.invite_queries import Referral
from hubapp.people.membership.queries import MemberView
from hubapp.people.profiles import services as profiles
from hubapp.tenancy import pages
from hubapp.tenancy import queries as tenancy


class Living:
    """One hub's life; each deed happens inside the hub's scope. Threads go by their numbers in the story."""

    def __init__(self, talking: Talking, account: Callable[[str], UUID]) -> None:
        self.talking, self.account = talking, account
        self.threads: dict[int, UUID] = {}
        self.codes: dict[str, str] = {}
        self.decided: dict[str, UUID] = {}

    @singledispatchmethod
    def perform(self, deed: object) -> None:
        """Do it now."""
        raise NotImplementedError(type(deed))

    def brought(self, person: Person) -> Referral | None:
        """Who brought this person, through which channel or link; it counts as opened, as their page would."""
        if person.brought_by is None:
            return None
        code = self.codes.get(person.through)
        found = invite_queries.referrer_of_code(code or self._member(person.brought_by).referral_code)
        if found is None:
            raise RuntimeError(f"the link that brought {person.name} does not work")
        brought = found if code else Referral(found.account_id, found.membership_id, found.code, person.through)
        tallies.count(membership_id=brought.membership_id, channel=brought.channel, what="opened")
        return brought

    def tell_of(self, person: Person) -> None:
        """They fill in their profile."""
        account_id = self.account(person.key)
        profiles.edit_profile(
            account_id=account_id,
            name=person.name,
            handle=self._member(person.key).handle,
            about=person.about,
            is_listed=True,
            profile=person.profile,
        )

    @perform.register
    def _invite(self, deed: deeds.Invite) -> None:
        one, member = deed.invitation, self._member(deed.invitation.who)
        link = membership.make_invite(membership_id=member.id, label=one.label, now=clock.now())
        self.codes[one.label] = link.code
        found = invite_queries.referrer_of_code(link.code)
        for _ in range(one.opened if found else 0):
            tallies.count(membership_id=member.id, channel=found.channel if found else "", what="opened")

    @perform.register
    def _ask_mentor(self, deed: deeds.AskMentor) -> None:
        one, now = deed.mentor, clock.now()
        asked_by = self.account(self.talking.connector_key)
        mentoring.ask(handle=self._member(one.who).handle, asked_by=asked_by, now=now)
        if one.accepts is not None:
            mentoring.answer(account_id=self.account(one.who), accepts=one.accepts, now=now)

    @perform.register
    def _hold_first(self, _deed: deeds.HoldFirst) -> None:
        conversations.choose_first_held(first_held=1, actor=self.talking.connector(), now=clock.now())

    @perform.register
    def _write(self, deed: deeds.Write) -> None:
        line, now = deed.letter.lines[deed.line], clock.now()
        if deed.number in self.threads:
            thread_id = self.threads[deed.number]
            messages.send(thread_id=thread_id, author_id=self.account(line.who), body_md=line.text, now=now)
            return
        to = [self._member(key).handle for key in deed.letter.to]
        self.threads[deed.number] = messages.start(
            author_id=self.account(line.who), to=to, title=deed.letter.title, body_md=line.text, now=now
        )

    @perform.register
    def _read_all(self, deed: deeds.ReadAll) -> None:
        thread_id = self.threads[deed.number]
        last = threads.messages(thread_id)[0][-1]
        for reader_id in threads.thread(thread_id, reader_id=last.author_id).people:
            messages.mark_read(thread_id=thread_id, reader_id=reader_id, until=last.id, now=clock.now())

    @perform.register
    def _object(self, deed: deeds.Object) -> None:
        one = deed.objection
        kind, thing_id = self.talking.known[one.about]
        moderation.report(
            reporter_id=self.account(one.who),
            kind=kind,
            thing_id=thing_id,
            reason=one.reason,
            words=one.words,
            now=clock.now(),
        )

    @perform.register
    def _judge(self, deed: deeds.Judge) -> None:
        one, now = deed.verdict, clock.now()
        kind, thing_id = self.talking.known[one.about]
        case = moderation.take_up(kind=kind, thing_id=thing_id, now=now)
        made = moderation.decide(
            case_id=case.id,
            acts=one.acts,
            words=one.words,
            days=one.days,
            seen=0,
            actor=self.talking.connector(),
            now=now,
        )
        self.decided[one.about] = made[0].id

    @perform.register
    def _appeal(self, deed: deeds.Appeal) -> None:
        action_id = self.decided[deed.verdict.about]
        subject_id = cases.done(action_id).action.subject_id
        subject = members.member(subject_id) if subject_id else None
        if subject is None:
            raise RuntimeError(f"nobody can appeal against what was decided about {deed.verdict.about}")
        moderation.appeal(
            action_id=action_id,
            account_id=subject.account_id,
            name=subject.display_name,
            words=deed.verdict.appeal,
            now=clock.now(),
        )

    @perform.register
    def _keep_away(self, deed: deeds.KeepAway) -> None:
        one = deed.distance
        profiles.block(account_id=self.account(one.who), blocked_id=self.account(one.whom), now=clock.now())

    @perform.register
    def _tell(self, deed: deeds.Tell) -> None:
        one, now, connector = deed.bulletin, clock.now(), self.talking.connector()
        broadcast_id = broadcasts.write(
            broadcast_id=None,
            subject=one.subject,
            body_md=one.text,
            segment=EVERYBODY,
            author_id=self.account(self.talking.connector_key),
            now=now,
        )
        if one.is_sent:
            broadcasts.schedule(broadcast_id=broadcast_id, send_at=None, actor=connector, now=now)

    @perform.register
    def _amend(self, deed: deeds.Amend) -> None:
        one = deed.amendment
        there = tenancy.page(one.page, one.locale, one.locale)
        if there is None or one.instead_of not in there.body:
            raise RuntimeError(f"page {one.page} in {one.locale} does not say: {one.instead_of}")
        pages.save_page(
            slug=one.page,
            locale=one.locale,
            title=there.title,
            body=there.body.replace(one.instead_of, one.words),
            actor=self.talking.connector(),
            now=clock.now(),
        )

    def _member(self, key: str) -> MemberView:
        member = members.member(self.account(key))
        if member is None:
            raise RuntimeError(f"{key} is no member yet")
        return member
