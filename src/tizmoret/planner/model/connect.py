"""From a model's name to a client for it. Everything that can be wrong with name, package, key or address is said here, with its cure.

Imports pydantic-ai and so costs more than a second: import it where a model is used, and there in a thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic_ai.exceptions import UserError
from pydantic_ai.models import Model, infer_model
from pydantic_ai.providers import Provider, infer_provider, infer_provider_class

from tizmoret.errors import BadInput, Unavailable

_EXTRAS = {"openai": "openai", "openai-chat": "openai", "openai-responses": "openai", "ollama": "openai", "anthropic": "anthropic"}
_KEYS = {"google": "GEMINI_API_KEY", "openai-chat": "OPENAI_API_KEY", "openai-responses": "OPENAI_API_KEY", "ollama": "OLLAMA_API_KEY"}
OFFLINE = "TIZMORET_MODEL=offline plans without a model."


def provider_name(model: str) -> str:
    """`google` of `google:gemini-2.5-flash`."""
    return model.partition(":")[0]


def key_variable(model: str) -> str:
    """The environment variable that holds the key for `model`."""
    provider = provider_name(model)
    return _KEYS.get(provider, provider.replace("-", "_").upper() + "_API_KEY")


def provider_of(url: str | None) -> Callable[[str], Provider[Any]]:
    """Makes a provider by its name, at `url` or at its own address."""

    def make(named: str) -> Provider[Any]:
        return infer_provider_class(named)(base_url=url) if url else infer_provider(named)  # type: ignore[call-arg]

    return make


def connect(model: str, url: str | None = None) -> Model:
    """A client for `model`, written `provider:name`. The key comes from the provider's own environment variable.

    url: the address of a server that speaks the provider's protocol, instead of the provider's own (TIZMORET_MODEL_URL).
    Raises BadInput where the name is at fault, Unavailable where a package or a key is missing."""
    provider, _, name = model.partition(":")
    if not name:
        raise BadInput(f"{model!r} is not a model.", cure="Write provider:name, such as google:gemini-2.5-flash.", field="TIZMORET_MODEL")
    try:
        infer_provider_class(provider)
    except ValueError:
        raise BadInput(
            f"No provider of models is called {provider!r}.",
            cure="Use google, openai, anthropic, ollama or another that pydantic-ai knows.",
            field="TIZMORET_MODEL",
        ) from None
    except ImportError:
        raise Unavailable(f"The package for {provider} models is not installed.", cure=_install(provider)) from None

    try:
        return infer_model(model, provider_of(url))
    except ImportError:
        raise Unavailable(f"The package for {provider} models is not installed.", cure=_install(provider)) from None
    except TypeError:
        raise BadInput(f"{provider} models have no address to set.", cure="Unset TIZMORET_MODEL_URL.", field="TIZMORET_MODEL_URL") from None
    except UserError as error:
        if "Unknown model" in error.message:
            raise BadInput(f"There is no model {model}.", cure=OFFLINE, field="TIZMORET_MODEL") from None
        raise Unavailable(
            f"{provider} models cannot be used: a setting is missing.", cure=f"Set {_settings(provider, model)}. {OFFLINE}"
        ) from None


def _install(provider: str) -> str:
    extra = _EXTRAS.get(provider)
    package = f"tizmoret[{extra}]" if extra else f"pydantic-ai-slim[{provider}]"
    return f"Install it: pip install '{package}'. {OFFLINE}"


def _settings(provider: str, model: str) -> str:
    return "OLLAMA_BASE_URL (such as http://localhost:11434/v1)" if provider == "ollama" else key_variable(model)
