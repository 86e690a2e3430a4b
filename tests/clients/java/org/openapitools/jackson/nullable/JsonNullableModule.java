package org.openapitools.jackson.nullable;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.ValueInstantiator;
import com.fasterxml.jackson.databind.deser.std.ReferenceTypeDeserializer;
import com.fasterxml.jackson.databind.jsontype.TypeDeserializer;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import com.fasterxml.jackson.databind.module.SimpleDeserializers;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.module.SimpleSerializers;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ser.BeanPropertyWriter;
import com.fasterxml.jackson.databind.ser.BeanSerializerModifier;
import com.fasterxml.jackson.databind.ser.std.ReferenceTypeSerializer;
import com.fasterxml.jackson.databind.type.ReferenceType;
import com.fasterxml.jackson.databind.type.TypeBindings;
import com.fasterxml.jackson.databind.type.TypeFactory;
import com.fasterxml.jackson.databind.type.TypeModifier;
import com.fasterxml.jackson.databind.util.NameTransformer;
import java.lang.reflect.Type;
import java.util.List;

/** Reads and writes {@link JsonNullable}: what is undefined is left out, null is written. */
@SuppressWarnings("serial")
public final class JsonNullableModule extends SimpleModule {
  @Override
  public void setupModule(SetupContext context) {
    context.addTypeModifier(
        new TypeModifier() {
          @Override
          public JavaType modifyType(
              JavaType type, Type jdkType, TypeBindings bindings, TypeFactory factory) {
            if (type.isReferenceType() || !type.hasRawClass(JsonNullable.class)) {
              return type;
            }
            return ReferenceType.upgradeFrom(type, type.containedTypeOrUnknown(0));
          }
        });
    context.addSerializers(
        new SimpleSerializers() {
          @Override
          public JsonSerializer<?> findReferenceSerializer(
              SerializationConfig config,
              ReferenceType type,
              BeanDescription description,
              TypeSerializer typeSerializer,
              JsonSerializer<Object> valueSerializer) {
            return type.hasRawClass(JsonNullable.class)
                ? new Writer(type, typeSerializer, valueSerializer)
                : null;
          }
        });
    context.addDeserializers(
        new SimpleDeserializers() {
          @Override
          public JsonDeserializer<?> findReferenceDeserializer(
              ReferenceType type,
              DeserializationConfig config,
              BeanDescription description,
              TypeDeserializer typeDeserializer,
              JsonDeserializer<?> valueDeserializer) {
            return type.hasRawClass(JsonNullable.class)
                ? new Reader(type, typeDeserializer, valueDeserializer)
                : null;
          }
        });
    context.addBeanSerializerModifier(
        new BeanSerializerModifier() {
          @Override
          public List<BeanPropertyWriter> changeProperties(
              SerializationConfig config,
              BeanDescription description,
              List<BeanPropertyWriter> properties) {
            properties.replaceAll(
                property ->
                    property.getType().hasRawClass(JsonNullable.class)
                        ? new Property(property)
                        : property);
            return properties;
          }
        });
  }

  /** A property that is left out while it is undefined. */
  private static final class Property extends BeanPropertyWriter {
    Property(BeanPropertyWriter base) {
      super(base);
    }

    @Override
    public void serializeAsField(Object bean, JsonGenerator json, SerializerProvider provider)
        throws Exception {
      if (((JsonNullable<?>) get(bean)).isPresent()) {
        super.serializeAsField(bean, json, provider);
      }
    }
  }

  private static final class Writer extends ReferenceTypeSerializer<JsonNullable<?>> {
    Writer(ReferenceType type, TypeSerializer typeSerializer, JsonSerializer<Object> value) {
      super(type, true, typeSerializer, value);
    }

    private Writer(
        Writer base,
        com.fasterxml.jackson.databind.BeanProperty property,
        TypeSerializer typeSerializer,
        JsonSerializer<?> value,
        NameTransformer unwrapper,
        Object suppressable,
        boolean suppressNulls) {
      super(base, property, typeSerializer, value, unwrapper, suppressable, suppressNulls);
    }

    @Override
    protected ReferenceTypeSerializer<JsonNullable<?>> withResolved(
        com.fasterxml.jackson.databind.BeanProperty property,
        TypeSerializer typeSerializer,
        JsonSerializer<?> value,
        NameTransformer unwrapper) {
      return new Writer(
          this, property, typeSerializer, value, unwrapper, _suppressableValue, _suppressNulls);
    }

    @Override
    public ReferenceTypeSerializer<JsonNullable<?>> withContentInclusion(
        Object suppressable, boolean suppressNulls) {
      return new Writer(
          this,
          _property,
          _valueTypeSerializer,
          _valueSerializer,
          _unwrapper,
          suppressable,
          suppressNulls);
    }

    @Override
    protected boolean _isValuePresent(JsonNullable<?> value) {
      return value.isPresent();
    }

    @Override
    protected Object _getReferenced(JsonNullable<?> value) {
      return value.get();
    }

    @Override
    protected Object _getReferencedIfPresent(JsonNullable<?> value) {
      return value.orElse(null);
    }
  }

  private static final class Reader extends ReferenceTypeDeserializer<JsonNullable<Object>> {
    Reader(JavaType type, TypeDeserializer typeDeserializer, JsonDeserializer<?> value) {
      super(type, (ValueInstantiator) null, typeDeserializer, value);
    }

    @Override
    protected Reader withResolved(TypeDeserializer typeDeserializer, JsonDeserializer<?> value) {
      return new Reader(_fullType, typeDeserializer, value);
    }

    @Override
    public JsonNullable<Object> getNullValue(DeserializationContext context) {
      return JsonNullable.of(null);
    }

    @Override
    public Object getAbsentValue(DeserializationContext context) {
      return JsonNullable.undefined();
    }

    @Override
    public JsonNullable<Object> referenceValue(Object contents) {
      return JsonNullable.of(contents);
    }

    @Override
    public JsonNullable<Object> updateReference(JsonNullable<Object> reference, Object contents) {
      return JsonNullable.of(contents);
    }

    @Override
    public Object getReferenced(JsonNullable<Object> reference) {
      return reference.orElse(null);
    }
  }
}
