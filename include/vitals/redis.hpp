#pragma once

#include <vitals/redis/cache.hpp>
#include <vitals/redis/cached.hpp>
#include <vitals/redis/codec.hpp>
#include <vitals/redis/pool.hpp>
