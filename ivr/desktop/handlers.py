"""What each route does: one request of the agents' desk, and the agent as they are then."""

from __future__ import annotations

from typing import Final

from ivr.agents.desk import Payment as Wanted
from ivr.agents.errors import NotSignedOn
from ivr.agents.view import AgentView, Status
from ivr.desktop.request import Asked
from ivr.desktop.shapes import (
    Agent,
    Agents,
    AskAgain,
    Call,
    Calls,
    Completed,
    NewCall,
    NewPayment,
    NewStatus,
    Receipt,
    agent_of,
    call_of,
)
from ivr.money import Money

_STATUS: Final = {"ready": Status.READY, "busy": Status.BUSY, "signed-off": Status.SIGNED_OFF}


async def list_agents(asked: Asked) -> Agents:
    """The agents who are signed on."""
    return Agents(agents=[agent_of(view) for view in await asked.everybody()])


async def read_agent(asked: Asked) -> Agent:
    """One agent, and the call that they have."""
    return agent_of(await asked.now(await asked.agent()))


async def set_status(asked: Asked) -> Agent:
    """Sign an agent on, have them take calls or pause, or sign them off."""
    agent, body = await asked.agent(), asked.body(NewStatus)
    if (await asked.now(agent)).status is Status.SIGNED_OFF:
        if body.status == "signed-off":
            raise NotSignedOn
        await asked.desk.sign_on(agent, body.name or agent)
    await asked.desk.set_status(agent, _STATUS[body.status])  # type: ignore[arg-type]
    return agent_of(await asked.now(agent))


async def call_out(asked: Asked) -> Agent:
    """Have an agent call somebody: the agent's own phone rings first, then the other one."""
    agent = await asked.agent()
    await asked.desk.dial(agent, asked.body(NewCall).number)
    return agent_of(await asked.now(agent))


async def list_calls(asked: Asked) -> Calls:
    """The calls that agents have now."""
    views = [await asked.now(view.agent) for view in await asked.everybody() if view.call]
    return Calls(calls=[call_of(view.agent, view.call) for view in views if view.call])


async def read_call(asked: Asked) -> Call:
    """How far a call is: its stage, a card that is keyed as counts, what came of its payments."""
    view = await asked.whose_call()
    assert view.call is not None  # noqa: S101 - it was found by its call
    return call_of(view.agent, view.call)


async def accept_call(asked: Asked) -> Agent:
    """Take the call that rings."""
    view = await asked.whose_call()
    await asked.desk.accept(view.agent)
    return await _then(asked, view)


async def decline_call(asked: Asked) -> Agent:
    """Let the next agent have the call that rings."""
    view = await asked.whose_call()
    await asked.desk.decline(view.agent)
    return await _then(asked, view)


async def hang_up(asked: Asked) -> Agent:
    """End the talk."""
    view = await asked.whose_call()
    await asked.desk.hang_up(view.agent)
    return await _then(asked, view)


async def create_payment(asked: Asked) -> Agent:
    """Send the caller to the card side to key a card; they come back by themselves when it is done."""
    view, body = await asked.whose_call(), asked.body(NewPayment)
    amount = Money(body.amount.minor, body.amount.currency)
    wanted = Wanted(amount, body.reference.strip(), body.security_code, body.postal_code)
    await asked.desk.take_payment(view.agent, wanted)
    return await _then(asked, view)


async def pause_payment(asked: Asked) -> Agent:
    """Have the caller back in the middle of a card, once the field that is keyed now is done."""
    view = await asked.whose_call()
    await asked.desk.talk(view.agent)
    return await _then(asked, view)


async def resume_payment(asked: Asked) -> Agent:
    """Send the caller back to the card, where it was left."""
    view = await asked.whose_call()
    await asked.desk.go_on(view.agent)
    return await _then(asked, view)


async def ask_again(asked: Asked) -> Agent:
    """Have one field of the card keyed once more."""
    view = await asked.whose_call()
    await asked.desk.ask_again(view.agent, asked.body(AskAgain).field)
    return await _then(asked, view)


async def cancel_payment(asked: Asked) -> Agent:
    """End the payment. Of one that was sent to the bank already the money is asked back, and `told` says so."""
    view = await asked.whose_call()
    await asked.desk.cancel(view.agent)
    return await _then(asked, view)


async def send_receipt(asked: Asked) -> Agent:
    """Send a receipt of the last approved payment of this call."""
    view, to = await asked.whose_call(), asked.body(Receipt).to.strip()
    await asked.desk.send_receipt(view.agent, "email" if "@" in to else "sms", to)
    return await _then(asked, view)


async def complete_call(asked: Asked) -> Agent:
    """Keep notes about a call that is over, and be ready for the next."""
    view = await asked.whose_call()
    await asked.desk.finish(view.agent, asked.body(Completed).notes)
    return await _then(asked, view)


async def _then(asked: Asked, view: AgentView) -> Agent:
    return agent_of(await asked.now(view.agent))
