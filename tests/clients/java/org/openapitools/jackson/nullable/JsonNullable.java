package org.openapitools.jackson.nullable;

import java.util.NoSuchElementException;

/**
 * A value that may be absent, null, or there: what the generated client calls, of the library of this
 * name (jackson-databind-nullable), which only Maven Central has.
 */
public final class JsonNullable<T> {
  private static final JsonNullable<?> UNDEFINED = new JsonNullable<>(null, false);

  private final T value;
  private final boolean present;

  private JsonNullable(T value, boolean present) {
    this.value = value;
    this.present = present;
  }

  @SuppressWarnings("unchecked")
  public static <T> JsonNullable<T> undefined() {
    return (JsonNullable<T>) UNDEFINED;
  }

  public static <T> JsonNullable<T> of(T value) {
    return new JsonNullable<>(value, true);
  }

  public boolean isPresent() {
    return present;
  }

  public T get() {
    if (!present) {
      throw new NoSuchElementException("undefined");
    }
    return value;
  }

  public T orElse(T other) {
    return present ? value : other;
  }
}
