"""What goes wrong between us and a model, in our own words: which faults pass by themselves, and what a person can do about the rest.

Nothing that a provider wrote is repeated but its short error code: providers quote keys (OpenAI's "Incorrect API key provided: sk-..."),
and an address may be somebody else's."""

from __future__ import annotations

import re

from pydantic_ai import exceptions as ai

from tizmoret.errors import TizmoretError, TooLarge, Unavailable
from tizmoret.planner.model.connect import OFFLINE, key_variable

_PASSING = (ai.ModelRateLimitError, ai.ModelUnavailableError, ai.ModelServerError, ai.ModelConnectionError, ai.ModelRequestTimeout)
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,60}")


def passes(error: ai.AgentRunError) -> bool:
    """Whether the same request may succeed a little later.

    An answer whose bytes could not be decoded is one: a cut or garbled transfer, which comes as a bare ModelAPIError."""
    return isinstance(error, _PASSING) or type(error) is ai.ModelAPIError


def asked_to_wait(error: ai.AgentRunError) -> float | None:
    """Seconds that the provider asked us to wait."""
    return error.retry_after if isinstance(error, ai.ModelAPIError) else None


def explain(error: ai.AgentRunError, model: str) -> TizmoretError:
    """Our error for one of pydantic-ai's."""
    match error:
        case ai.ModelAuthenticationError():
            return Unavailable(f"{model} refused the key.", cure=f"Check {key_variable(model)}. {OFFLINE}")
        case ai.ModelQuotaExceededError():
            return Unavailable(f"The quota or the credit for {model} is used up.", cure=f"Raise it at the provider, or: {OFFLINE}")
        case ai.ModelRateLimitError():
            wait = f" It asks to wait {error.retry_after:.0f} seconds." if error.retry_after else ""
            return Unavailable(f"{model} is asked too often.{wait}", cure="Try again later.")
        case ai.ModelNotFoundError():
            return Unavailable(f"The provider does not know the model {model}.", cure=f"Check TIZMORET_MODEL. {OFFLINE}")
        case ai.ModelContextWindowExceededError():
            return TooLarge(f"The request and the catalog are too long for {model}.", cure="Shorten the request or choose a larger model.")
        case ai.ModelRequestTimeout() | ai.ModelTimeoutError():
            return Unavailable(f"{model} did not answer in time.", cure=f"Try again later. {OFFLINE}")
        case ai.ModelConnectionError():
            return Unavailable(f"The connection to {model} failed.", cure=f"Check the network and try again. {OFFLINE}")
        case ai.ModelUnavailableError() | ai.ModelServerError():
            return Unavailable(f"{model} is overloaded or out of order{_code(error)}.", cure=f"Try again later. {OFFLINE}")
        case ai.ModelRequestRejectedError():
            return Unavailable(f"{model} did not accept the request{_code(error)}.", cure=f"Choose another TIZMORET_MODEL. {OFFLINE}")
        case ai.OutputTokenLimitExceeded():
            return TooLarge(f"The plan is longer than {model} can write.", cure="Ask for less at once.")
        case ai.ContentFilterError():
            return Unavailable(f"The provider's filter stopped the answer of {model}.", cure=f"Say the request in other words. {OFFLINE}")
        case ai.ModelAPIError():
            return unreadable(model)
        case _:
            return Unavailable(f"{model} gave no plan that can be read.", cure=f"Try again, or say it in other words. {OFFLINE}")


def unreadable(model: str) -> Unavailable:
    return Unavailable(f"{model} gave an answer that cannot be read.", cure=f"Try again later. {OFFLINE}")


def _code(error: ai.ModelAPIError) -> str:
    status = error.status_code if isinstance(error, ai.ModelHTTPError) else None
    code = error.provider_error_code
    parts = [str(status)] if status else []
    parts += [code] if code and _CODE.fullmatch(code) else []
    return f" ({', '.join(parts)})" if parts else ""
