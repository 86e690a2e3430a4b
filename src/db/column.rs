//! How our own types travel to and from a column.

/// Stores a type as TEXT through its `Display` and `FromStr`, on both engines.
///
/// `sqlx` derives a PostgreSQL enum type from a Rust enum; a TEXT column needs no migration when a
/// code list grows, and SQLite knows nothing else.
#[macro_export]
macro_rules! text_column {
    ($name:ty) => {
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
                ::sqlx::Encode::<DB>::encode(self.to_string(), buffer)
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
