#pragma once

// Protozero, whose templates are compiled into our libraries, under a name of our own: a program that has another
// version of it, or other switches, shares no symbol with us. Code says `protozero::` as usual; nothing else of ours
// includes it.
#ifdef PROTOZERO_TYPES_HPP
#error "include core/formats/private_protozero.hpp before any header of protozero"
#endif

#undef PROTOZERO_STRICT_API  // switches that a project sets for its own sources
#undef PROTOZERO_USE_VIEW

#define protozero vitals_pbf

#include <protozero/basic_pbf_writer.hpp>
#include <protozero/buffer_fixed.hpp>
#include <protozero/buffer_string.hpp>
#include <protozero/exception.hpp>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>
#include <protozero/types.hpp>
#include <protozero/varint.hpp>
