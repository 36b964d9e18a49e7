"""The JSON Schema of the configuration, for editors: from the very models that validate it."""

import json
from datetime import timedelta
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import WithDefaultSchema

from watcher.settings.derive import root
from watcher.settings.durations import written


class _Schema(GenerateJsonSchema):
    """Defaults as the file writes them, none where the option is omitted by default; no made-up titles."""

    def default_schema(self, schema: WithDefaultSchema) -> JsonSchemaValue:
        if schema.get("default", ...) is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)

    def encode_default(self, dft: Any) -> Any:
        if isinstance(dft, timedelta):
            return written(dft)
        if isinstance(dft, tuple):
            return [self.encode_default(each) for each in dft]
        return super().encode_default(dft)

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002
        return False


def schema() -> dict[str, Any]:
    """Draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **root().model_json_schema(mode="validation", schema_generator=_Schema),
    }


def schema_text() -> str:
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
