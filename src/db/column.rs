//! How our own types travel to and from a column.

use serde::{Serialize, de::DeserializeOwned};

/// Stores a type as TEXT, on both engines: through its `Display`, or through the function named,
/// and back through its `FromStr`.
///
/// `sqlx` derives a PostgreSQL enum type from a Rust enum; a TEXT column needs no migration when a
/// code list grows, and SQLite knows nothing else.
#[macro_export]
macro_rules! text_column {
    ($name:ty) => {
        $crate::text_column!($name, ToString::to_string);
    };
    ($name:ty, $to_text:expr) => {
        impl<DB: ::sqlx::Database> ::sqlx::Type<DB> for $name
        where
            String: ::sqlx::Type<DB>,
        {
            fn type_info() -> DB::TypeInfo {
                <String as ::sqlx::Type<DB>>::type_info()
            }

            fn compatible(info: &DB::TypeInfo) -> bool {
                <String as ::sqlx::Type<DB>>::compatible(info)
            }
        }

        impl<'q, DB: ::sqlx::Database> ::sqlx::Encode<'q, DB> for $name
        where
            String: ::sqlx::Encode<'q, DB>,
        {
            fn encode_by_ref(
                &self,
                buffer: &mut DB::ArgumentBuffer,
            ) -> Result<::sqlx::encode::IsNull, ::sqlx::error::BoxDynError> {
                let text: String = ($to_text)(self).into();
                ::sqlx::Encode::<DB>::encode(text, buffer)
            }
        }

        impl<'r, DB: ::sqlx::Database> ::sqlx::Decode<'r, DB> for $name
        where
            &'r str: ::sqlx::Decode<'r, DB>,
        {
            fn decode(value: DB::ValueRef<'r>) -> Result<Self, ::sqlx::error::BoxDynError> {
                Ok(<&str as ::sqlx::Decode<DB>>::decode(value)?.parse()?)
            }
        }
    };
}

/// A value kept as JSON in a TEXT column: for what is only ever read whole, such as a list of codes
/// or what a record was before a change.
///
/// Not [`sqlx::types::Json`], which asks for a JSON column that SQLite does not have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Json<T>(pub T);

/// Lets a row's struct hold the list itself: `#[sqlx(try_from = "Json<Vec<Cause>>")]`.
impl<T> From<Json<Vec<T>>> for Vec<T> {
    fn from(json: Json<Vec<T>>) -> Self {
        json.0
    }
}

impl<T, DB: sqlx::Database> sqlx::Type<DB> for Json<T>
where
    String: sqlx::Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        <String as sqlx::Type<DB>>::type_info()
    }

    fn compatible(info: &DB::TypeInfo) -> bool {
        <String as sqlx::Type<DB>>::compatible(info)
    }
}

impl<'q, T: Serialize, DB: sqlx::Database> sqlx::Encode<'q, DB> for Json<T>
where
    String: sqlx::Encode<'q, DB>,
{
    fn encode_by_ref(
        &self,
        buffer: &mut DB::ArgumentBuffer,
    ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
        sqlx::Encode::<DB>::encode(serde_json::to_string(&self.0)?, buffer)
    }
}

impl<'r, T: DeserializeOwned, DB: sqlx::Database> sqlx::Decode<'r, DB> for Json<T>
where
    &'r str: sqlx::Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
        Ok(Self(serde_json::from_str(
            <&str as sqlx::Decode<DB>>::decode(value)?,
        )?))
    }
}
