#pragma once

#include <vitals/buckets.hpp>
#include <vitals/build_info.hpp>
#include <vitals/clock.hpp>
#include <vitals/counter.hpp>
#include <vitals/exposition.hpp>
#include <vitals/family.hpp>
#include <vitals/gauge.hpp>
#include <vitals/histogram.hpp>
#include <vitals/native.hpp>
#include <vitals/process.hpp>
#include <vitals/registry.hpp>
#include <vitals/snapshot.hpp>
#include <vitals/summary.hpp>
#include <vitals/timer.hpp>
#include <vitals/version.hpp>
