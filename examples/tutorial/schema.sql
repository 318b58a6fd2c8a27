CREATE TABLE books (
  id    serial PRIMARY KEY,
  title text NOT NULL CHECK (title <> '')
);

INSERT INTO books (title) VALUES ('Dune'), ('Emma'), ('Ulysses');
